"""Reading brands.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from processors.crisis import crisis_config
from processors.dialogue.clock import business_clock
from processors.value_chain import check_owners
from schemas.brands import BrandBook, BrandError, parse_brands


class _Loader(yaml.SafeLoader):
    """YAML as people write it here: a date without quotes stays text, and a key written twice is a mistake, not the last one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_brands(path: Path | None) -> BrandBook:
    """Read the brand file; None looks for ./brands.yaml and means "no brands" when there is none. Raises BrandError."""
    if path is None:
        path = Path("brands.yaml")
        if not path.exists():
            return BrandBook()
    try:
        data = _parse(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BrandError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BrandError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise BrandError(f"{path}: must start with brands: and a list of brands")
    return checked(parse_brands(data, str(path)), str(path))


def checked(book: BrandBook, origin: str) -> BrandBook:
    """The book, if every brand's crisis settings, opening hours, holidays and owners make sense. Raises BrandError."""
    for brand in book.brands:
        try:
            crisis_config(brand.crisis)
            business_clock(brand)
            check_owners(brand)
        except BrandError as error:
            raise BrandError(f"{origin}: {error}") from error
        except ValueError as error:
            raise BrandError(f"{origin}: brand {brand.id}: {error}") from error
    return book


def _parse(text: str) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
