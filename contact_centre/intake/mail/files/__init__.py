"""The files of a mail: what they are, what is in them, and what is dangerous about them. One concern per module."""
