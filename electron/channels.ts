/**
 * Everything that crosses between the main process and a page, as one typed map. It goes from main to the preload only: a
 * page has no way to call main, so there is no sender to check. Data travels over the engine's API and never here.
 */

export type ToPreload = {
  /** Go to a place in the window: a path with its query as it stands after the `#`. */
  navigate: [path: string];
};
