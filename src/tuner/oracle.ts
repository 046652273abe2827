import type { HyperParameters, HyperParameterValues } from './hyperparameters';

/**
 * Decides which configuration is tried next. It knows names, domains and scores, never TensorFlow, so that it can be
 * tested with made-up scores in milliseconds.
 */
export interface Oracle {
  /**
   * Returns the configuration of the next trial, or undefined when the space has no new one to offer.
   *
   * `define` asks `hp` for all that a configuration needs (a model builder does); it may be called several times, each
   * time with a fresh `hp`.
   */
  ask(define: (hp: HyperParameters) => void): HyperParameterValues | undefined;
}
