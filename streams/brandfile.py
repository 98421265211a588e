"""Reading brands.yaml."""

from __future__ import annotations

from pathlib import Path

import yaml

from processors.crisis import crisis_config
from schemas.brands import BrandBook, BrandError, parse_brands


def load_brands(path: Path | None) -> BrandBook:
    """Read the brand file; None looks for ./brands.yaml and means "no brands" when there is none. Raises BrandError."""
    if path is None:
        path = Path("brands.yaml")
        if not path.exists():
            return BrandBook()
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BrandError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BrandError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise BrandError(f"{path}: must start with brands: and a list of brands")
    return checked(parse_brands(data, str(path)), str(path))


def checked(book: BrandBook, origin: str) -> BrandBook:
    """The book, if every brand's crisis settings make sense. Raises BrandError."""
    for brand in book.brands:
        try:
            crisis_config(brand.crisis)
        except ValueError as error:
            raise BrandError(f"{origin}: brand {brand.id}: {error}") from error
    return book
