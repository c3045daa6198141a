"""What the faces share: middleware, form rendering, page context, health, logging, uploads. No business rules."""
