"""An invented live stream of social posts, German and English, about three competing brands, with a known truth.

    >>> from streams.simulator import Simulator
    >>> first = Simulator(seed=7).take(1)[0]
    >>> sorted(first.post)[:3]
    ['action', 'author', 'created_at']

Everything in it is invented: brands, people, newspapers and events; every address lies in
the reserved domain `.example`.
"""

from streams.simulator.brands import brands
from streams.simulator.incidents import Incident, Outage
from streams.simulator.posts import SimulatedPost, Truth
from streams.simulator.simulator import DEFAULT_START, Simulator

__all__ = ["DEFAULT_START", "Incident", "Outage", "SimulatedPost", "Simulator", "Truth", "brands"]
