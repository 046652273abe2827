/**
 * What `work` resolves or rejects with, or undefined as soon as `signal` is aborted; nobody hears of its rejection after that.
 */
export async function untilAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value | undefined> {
  work.catch(() => {});
  if (signal.aborted) return undefined;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
