/** What JSX becomes in the bundle, where build.mjs puts it in. */
export { Fragment, h } from "preact"
