#!/usr/bin/env python3
"""The pictures in docs/screens/: ``python -m tools.screens [NAME ...]`` starts the product with invented cases and
photographs its pages.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from routing.demo_people import DEMO_PASSWORD
from tests.browser.chromium import LOCALES, PHONE, chromium, find_chromium
from tests.browser.served import Product, served

SCREENS = Path(__file__).resolve().parent.parent / "docs" / "screens"
CASES = 300
COLOURS = 128
MOST_BYTES = 150_000
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
