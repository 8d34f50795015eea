-- What was wrong with a message is told in two languages, as a JSON list.
UPDATE rejected SET detail = json_array(detail, detail);
