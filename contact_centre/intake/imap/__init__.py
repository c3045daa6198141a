"""Fetching mails from mailboxes on IMAP servers."""
