"""Taking mails in from the webhooks of mail providers."""
