"""A contract: what a symbol asks for, and the perpetual swap of a venue that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a symbol asks for.

    Parameters
    ----------
    name : str
        The coin as it is shown, such as 'BTC', 'kPEPE' or '1000PEPE'.
    coin : str
        The coin alone, in capitals: 'PEPE'.
    factor : int
        How many coins the shown prices and amounts count as one.
    quote : str
        The quote currency asked for; '' leaves it to the venue.
    inverse : bool
        Whether a contract settled in the coin is asked for.
    text : str
        The symbol as it was given, for a venue that has a contract of just that name.
    """

    name: str
    coin: str
    factor: int = 1
    quote: str = ""
    inverse: bool = False
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One perpetual swap of a venue, and how its figures become prices and amounts of the wanted coin.

    Parameters
    ----------
    venue, symbol, id : str
        Venue, ccxt's unified symbol, and the venue's own name of the contract.
    wanted : Wanted
        What is shown.
    quote : str
        Quote currency.
    inverse : bool
        Whether it is settled in the coin; a contract is then an amount of quote currency.
    contract_size : float
        What one contract is [base of the venue], or [quote] if `inverse`.
    factor : int
        How many coins the venue's base counts as one.
    """

    venue: str
    symbol: str
    id: str
    wanted: Wanted
    quote: str
    inverse: bool
    contract_size: float
    factor: int

    @property
    def scale(self) -> float:
        """What one base unit of the venue is in the shown base unit; its prices are divided by it."""
        return self.factor / self.wanted.factor
