"""What every page has in common: its frame, its headers, its forms, its languages, the files that it loads."""
