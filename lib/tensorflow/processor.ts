import { readFileSync } from 'node:fs';

let found: boolean | undefined;

/**
 * Whether the processor multiplies bfloat16 matrices by itself (Intel's AMX, on Linux). Elsewhere TensorFlow would convert to
 * float32 and back, which takes longer than float32 alone.
 */
export function computesBfloat16(): boolean {
  found ??= /\bamx_bf16\b/.test(readProcessor());
  return found;
}

function readProcessor(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
