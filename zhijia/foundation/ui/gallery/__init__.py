"""Every part of the looks with sample data, for eyes and for tests; mounted where ZHIJIA_GALLERY is on."""
