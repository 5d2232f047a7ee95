/** Where a person types a number: what stands in it is what it hands over, or it says why it hands over none. */

import type { NumberInputProps } from '@mantine/core';
import { NumberInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { readNumber } from './number-text.ts';

type NumericFieldProps = Omit<NumberInputProps, 'value' | 'onChange' | 'allowDecimal'> & {
  value: number | null;
  /** null: nothing stands there, or nothing that will do. */
  onChange(value: number | null): void;
  integer?: boolean;
};

/** A mistake makes the field invalid for its form, as in a `CodeField`. */
export function NumericField({ value, onChange, integer = false, error, ...rest }: NumericFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [kept, setKept] = useState<number | string>(value ?? '');
  // What is typed stays as it is typed ("1.0"), until another value comes from elsewhere (an example).
  const stale = readNumber(String(kept), integer).value !== value && value !== kept;
  const shown = stale ? (value ?? '') : kept;
  if (stale) setKept(shown);
  const { mistake } = readNumber(String(shown), integer);
  useEffect(() => input.current?.setCustomValidity(mistake ?? ''), [mistake]);
  return (
    <NumberInput
      {...rest}
      ref={input}
      value={shown}
      onChange={(next) => {
        setKept(next);
        onChange(readNumber(String(next), integer).value);
      }}
      error={mistake ?? error}
      // What is out of bounds or too long is refused with a reason instead of being changed under the person's hands.
      clampBehavior="none"
      trimLeadingZeroesOnBlur={false}
    />
  );
}
