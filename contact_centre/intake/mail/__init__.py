"""From the bytes of a mail to what it says, who wrote it and where it belongs. One concern per module."""
