from django.apps import AppConfig


class ClassifiersStoreConfig(AppConfig):
    name = "classifiers.store"
    label = "classifiers_store"
    verbose_name = "Classifiers"
