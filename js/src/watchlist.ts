import type { AnyModel, RenderProps } from "@anywidget/types"
import { showWatchlist } from "./watchlist/watchlist"
import type { WatchlistTraits } from "./watchlist/rows"

export default {
  render({ model, el, signal }: RenderProps) {
    showWatchlist({ model: model as AnyModel<WatchlistTraits>, el, signal })
  },
}
