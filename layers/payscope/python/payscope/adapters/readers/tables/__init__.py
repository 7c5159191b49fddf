"""Tables in text files, spreadsheets, documents and trees."""
