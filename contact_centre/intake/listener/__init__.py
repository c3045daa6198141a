"""Taking mails in by SMTP and LMTP."""
