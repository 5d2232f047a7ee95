/** Where the window was, and whether it may be put there again. Pure. */

export type Rectangle = { x: number; y: number; width: number; height: number };
export type WindowPlace = { bounds: Rectangle; maximized: boolean };

export const smallestWindow = { width: 720, height: 480 } as const;
const firstSize = { width: 1280, height: 820 } as const;
/** So much of the title bar must lie on a screen that a person can get hold of the window. */
const reachable = { width: 120, height: 32 } as const;

/** What a file said, or null when it says no such thing. */
export function parsePlace(text: string): WindowPlace | null {
  try {
    const { bounds, maximized } = JSON.parse(text) as { bounds?: Partial<Rectangle>; maximized?: unknown };
    const { x, y, width, height } = bounds ?? {};
    if (!isCoordinate(x) || !isCoordinate(y) || !isCoordinate(width) || !isCoordinate(height)) return null;
    return { bounds: { x, y, width, height }, maximized: maximized === true };
  } catch {
    return null;
  }
}

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 100_000;
}

/**
 * The remembered place if its title bar can be reached on one of the screens that are there now; else the first size in the
 * middle of the first screen. Never larger than the screen it is on.
 * @param screens work areas, the primary one first
 */
export function placeWindow(saved: WindowPlace | null, screens: readonly Rectangle[]): WindowPlace {
  const screen = saved === null ? undefined : screens.find((area) => titleBarReachable(saved.bounds, area));
  if (saved !== null && screen !== undefined) {
    const width = clamp(saved.bounds.width, smallestWindow.width, screen.width);
    const height = clamp(saved.bounds.height, smallestWindow.height, screen.height);
    return { bounds: { ...saved.bounds, width, height }, maximized: saved.maximized };
  }
  const primary = screens[0] ?? { x: 0, y: 0, ...firstSize };
  const width = Math.min(firstSize.width, primary.width);
  const height = Math.min(firstSize.height, primary.height);
  const x = primary.x + Math.floor((primary.width - width) / 2);
  const y = primary.y + Math.floor((primary.height - height) / 2);
  return { bounds: { x, y, width, height }, maximized: saved?.maximized ?? false };
}

function titleBarReachable(window: Rectangle, area: Rectangle): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const fromTop = window.y - area.y;
  return across >= reachable.width && fromTop >= 0 && fromTop <= area.height - reachable.height;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
