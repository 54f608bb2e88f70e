import { leverage_groups } from "../../../liqwidget/look.json"

/** Names of the leverage groups, nearest liquidation first. */
export const LEVERAGE_GROUPS: readonly string[] = leverage_groups
