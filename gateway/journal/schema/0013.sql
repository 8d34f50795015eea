-- Up to where each station's rain is credited.
ALTER TABLE weather_hour ADD COLUMN rain_totals TEXT NOT NULL DEFAULT '{}';
