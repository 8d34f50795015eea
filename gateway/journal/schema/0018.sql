-- Where the water of a watering came from, also when its plot has another source by now.
ALTER TABLE run ADD COLUMN source TEXT;
