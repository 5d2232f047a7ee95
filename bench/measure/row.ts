import type { Samples } from './samples.ts';

/** One line of the table: what was measured, perhaps beside something else in the same rounds, and what it should be. */
export type Line = {
  what: string;
  /** In words, as people would check it. */
  goal: string;
  /** null: a figure without a goal of its own. */
  met: boolean | null;
} & (
  | {
      ours: Samples;
      /** A peer, or a bare yardstick, measured in turns with ours. */
      beside?: { name: string; samples: Samples };
    }
  /** It could not be measured, and why. */
  | { absent: string }
);

export type BenchOptions = {
  /** Fewer and shorter rounds, smaller backlogs: a report, not a proof. */
  quick: boolean;
  /** Five million jobs wait, and ten million are looked through; takes minutes to fill. */
  large: boolean;
  log: (line: string) => void;
};

export type Row = {
  /** For `--only`. */
  name: string;
  title: string;
  /** In which runs it is unless it is asked for by name: `whole` ones only, or `none`. Left out: in quick ones as well. */
  within?: 'whole' | 'none';
  measure(options: BenchOptions): Promise<Line[]>;
};
