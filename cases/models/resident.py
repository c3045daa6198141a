"""People and organisations known beyond one case. Never merged because of a shared phone or address."""

from django.db import models


class Resident(models.Model):
    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class Organisation(models.Model):
    """A firm or body, told apart by its NIP (tax number) where it gave one."""

    name = models.CharField(max_length=200)
    nip = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nip"], condition=~models.Q(nip=""), name="organisation_nip_once")
        ]

    def __str__(self) -> str:
        return self.name
