"""Clients out of somebody's list: the file is read, each row judged, and what was shown is done."""
