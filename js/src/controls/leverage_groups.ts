/** Names of the leverage groups, nearest liquidation first, as in domain/leverage.py. */
export const LEVERAGE_GROUPS: readonly string[] = [">50x", "25-50x", "10-25x", "5-10x", "3-5x", "<3x"]
