"""Fetching mails from mailboxes on IMAP and POP3 servers."""
