"""Fetching mails from mailboxes on mail servers, by IMAP or POP3."""
