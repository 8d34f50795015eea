"""How much water a crop needs: FAO-56 as pure functions.

Source of all equations, tables and page numbers: Allen, Pereira, Raes, Smith (1998), "Crop
evapotranspiration", FAO Irrigation and Drainage Paper 56. Knows no device, plot, journal or clock;
every other part of the gateway may stand on it, and it stands on none.
"""
