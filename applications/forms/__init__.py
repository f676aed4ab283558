"""The forms of the application, one per page, and those of the committee."""
