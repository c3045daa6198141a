"""A believable town for demonstrations: invented people and a quarter of a year of cases, made by the services."""
