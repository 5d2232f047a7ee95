/** The window's own line icons, 16 px, drawn in the colour of the text beside them. */

const paths = {
  overview: 'M2.5 13.5h11M4 11V8m3 3V4m3 7V6m3 5V2.5',
  jobs: 'M2.5 4h1m2.5 0h7.5m-11 4h1M6 8h7.5m-11 4h1M6 12h7.5',
  submit: 'M8 3v10M3 8h10',
  dead: 'M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3zM6 6l4 4m0-4l-4 4',
  queues: 'M2.5 3.5h11v3h-11zm0 6h11v3h-11z',
  tasks: 'M2 13.500c1-6 3-9.500 5-9.500s2.500 7 7 9.500M2 13.500h12M10.500 3v7',
  workflows: 'M2 6h4v4H2zm8-4h4v4h-4zm0 8h4v4h-4zM6 8h2m2-4H8v8h2',
  circuits: 'M1.5 8h3m7 0h3M4.500 8l6-3.500M11.500 6.700v2.600',
  settings:
    'M2.5 4.500h6m3.500 0h1.500M2.500 11.500h1.500m3.500 0h6M10.200 6.200a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400zm-4.400 7a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400z',
  minus: 'M3 8h10',
  fit: 'M2.500 5.500v-3h3m5 0h3v3m0 5v3h-3m-5 0h-3v-3',
  schedules: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.7V8l2.400 1.600',
  planner: 'M2.5 2.5v11h11M4.500 11.500c4 0 6.500-2 8-8',
  lab: 'M5 2.500h6m-4.500 0v4L3.200 12.200a.9.9 0 0 0 .8 1.300h8a.9.9 0 0 0 .8-1.300L9.500 6.500v-4M4.900 10h6.200',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm3.3-1.2l3.2 3.2',
  close: 'M4 4l8 8m0-8l-8 8',
  check: 'M3.5 8.5l3 3 6-7',
  chevron: 'M6 4l4 4-4 4',
  down: 'M4 6l4 4 4-4',
  up: 'M4 10l4-4 4 4',
  pause: 'M5.5 3.5v9m5-9v9',
  play: 'M5 3.2v9.6l7.6-4.8z',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M11.6 1.8v2.8H8.8',
  stop: 'M4.5 4.5h7v7h-7z',
  trash: 'M3 4.5h10M6.3 4.5V3h3.4v1.5m-5.2 0l.6 8.5h5.8l.6-8.5',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z',
  open: 'M6.5 3.5h-4v10h10v-4M9 2.5h4.5V7m0-4.5L7.5 8.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  sun: 'M8 10.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM8 1.5v1.3m0 10.4v1.3M1.5 8h1.3m10.4 0h1.3M3.4 3.4l.9.9m7.4 7.4l.9.9m0-9.2l-.9.9m-7.4 7.4l-.9.9',
  moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z',
  screen: 'M2 3h12v8H2zm4 10.5h4M8 11v2.5',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01m2.5 0h.01m2.5 0h.01m2.5 0h.01M5 9.5h6',
  warning: 'M8 2.2l6.2 11H1.8zM8 6.5v3m0 2h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zm0-6.5V11m0-6h.01',
  error: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zm0-9v3.5m0 2.5h.01',
  empty: 'M2.5 9.5l2-6h7l2 6v3.5h-11zm0 0H6l.7 1.5h2.6L10 9.5h3.5',
  offline:
    'M2 2l12 12M4.7 7.2A6 6 0 0 1 7 6.1m4.3 1.1A6 6 0 0 0 9.4 6.2M2.3 4.9a9 9 0 0 1 1.4-.9m10 .9A9 9 0 0 0 7 3.3m-.5 6.5a3 3 0 0 1 3 0M8 12.5h.01',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M6 3.5l-3 3 3 3',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
