"""Short dates as Polish offices write them, with dots; everything else is Django's."""

SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i"
