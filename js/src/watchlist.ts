import type { AnyModel, RenderProps } from "@anywidget/types"
import { showWatchlist } from "./watchlist/table"
import type { WatchlistTraits } from "./watchlist/columns"

export default {
  render({ model, el, signal }: RenderProps) {
    showWatchlist({ model: model as AnyModel<WatchlistTraits>, el, signal })
  },
}
