import { escapeMarkdown } from '../base/markdown';
import type { AblationEffect, AblationResults } from '../experiments/ablation';
import { isShare } from '../search/objective';
import type { HyperParameterValue } from '../search/space/hyperparameters';
import type { Trial } from '../search/trial';
import { describeAblation } from './describe-ablation';

/** What theory expects of a hyperparameter: values that should do better than others. */
const EXPECTED: Readonly<Record<string, { better: readonly HyperParameterValue[]; worse: readonly HyperParameterValue[] }>> = {
  batchNormalization: { better: [true], worse: [false] },
  schedule: { better: ['stepDecay', 'cosineAnnealing', 'oneCycle'], worse: ['constant'] },
  activation: { better: ['relu', 'leakyRelu', 'elu'], worse: ['sigmoid'] },
  activation1: { better: ['relu', 'leakyRelu', 'elu'], worse: ['sigmoid'] },
};

/** A model's ablation and what the hyperparameter is called there, as in `activation1`. */
export interface Finding {
  readonly ablation: AblationResults | undefined;
  readonly hyperparameter: string;
}

/**
 * What the ablations of several models found of a hyperparameter, a list as Markdown: `describeFinding` of those that varied it,
 * and the names of the others.
 */
export function describeFindings(findings: Readonly<Record<string, Finding>>): string {
  const of = Object.entries(findings).map(([name, { ablation, hyperparameter }]) => ({ name, ablation, hyperparameter }));
  const measured = of.filter(({ ablation, hyperparameter }) => isMeasured(ablation, hyperparameter));
  const others = of.filter((finding) => !measured.includes(finding)).map(({ name }) => escapeMarkdown(name));
  return [
    ...measured.map(({ name, ablation, hyperparameter }) => `- ${describeFinding(name, ablation, hyperparameter)}`),
    ...(others.length > 0 ? [`- Not measured of the ${others.join(' and the ')}: no ablation changed it.`] : []),
  ].join('\n');
}

function isMeasured(ablation: AblationResults | undefined, hyperparameter: string): boolean {
  return ablation?.base !== undefined && ablation.effects.some(({ name }) => name === hyperparameter);
}

/**
 * What an ablation found of a hyperparameter, and whether that agrees with theory, contradicts it or is too thin to say; that it
 * was not measured where the ablation did not vary it. `name` is the model's, as in `CNN`.
 */
export function describeFinding(name: string, ablation: AblationResults | undefined, hyperparameter: string): string {
  const title = `**${escapeMarkdown(name)}:**`;
  const base = ablation?.base;
  const effects = ablation?.effects.filter((effect) => effect.name === hyperparameter) ?? [];
  if (ablation === undefined || base === undefined || effects.length === 0) {
    return `${title} not measured, since the ablation did not change it.`;
  }
  const measured = `${title} ${describeAblation(ablation, hyperparameter)}.`;
  const sure = effects.filter(({ interval }) => interval.low > 0 || interval.high < 0);
  if (sure.length === 0) return `${measured} ${describeThin(effects)}`;
  const isBetter = ({ difference }: AblationEffect) => (ablation.objective.direction === 'max' ? difference > 0 : difference < 0);
  const from = base.hyperparameters[hyperparameter];
  const failed = sure.filter((effect) => learnedNothing(effect, base, ablation));
  const judged = sure.filter((effect) => !failed.includes(effect));
  const verdicts = judged.map((effect) => {
    const [better, worse] = isBetter(effect) ? [effect.value, from] : [from, effect.value];
    return judge(hyperparameter, better, worse);
  });
  const beaten = sure.filter(isBetter).length;
  return [
    measured,
    ...(verdicts.includes('against')
      ? [
          '**This contradicts what theory leads one to expect.** Check first whether the trainings were long enough, and ' +
            'whether the learning rate, which was chosen for the winner as it is, suits both.',
        ]
      : verdicts.includes('as expected')
        ? [
            describeExpected(
              judged.filter((_, i) => verdicts[i] === 'as expected'),
              effects,
            ),
          ]
        : []),
    ...(failed.length > 0 ? [describeFailed(failed, hyperparameter)] : []),
    ...(beaten > 0
      ? [
          `${beaten === 1 ? 'One change makes' : `${beaten} changes make`} the winner better, and chance hardly explains it: a ` +
            'search tries few of all combinations.',
        ]
      : []),
  ].join(' ');
}

/** That theory expects what these effects say, by their values where there are others. */
function describeExpected(expected: readonly AblationEffect[], all: readonly AblationEffect[]): string {
  if (expected.length === all.length) return 'That is what theory leads one to expect.';
  const values = expected.map(({ value }) => `**${escapeMarkdown(String(value))}**`).join(' and ');
  return `Of ${values} that is what theory leads one to expect.`;
}

/** Whether a variant's trainings failed: it is right less than half as often as the base. */
function learnedNothing({ score }: AblationEffect, base: Trial, { objective }: AblationResults): boolean {
  return isShare(objective) && score < base.score / 2;
}

function describeFailed(effects: readonly AblationEffect[], hyperparameter: string): string {
  const values = effects.map(({ value }) => `**${escapeMarkdown(String(value))}**`).join(', ');
  return (
    `With ${values} the model learned next to nothing: so large a gap says that the learning rate, which was chosen for the ` +
    `winner as it is, does not suit that value, and little of what \`${hyperparameter}\` is worth. Tune the rate anew to know.`
  );
}

/** What no effect is sure enough to say. */
function describeThin(effects: readonly AblationEffect[]): string {
  const found = effects.filter(({ interval }) => !Number.isNaN(interval.low));
  const why =
    found.length === 0 ? 'there is no interval' : found.length === 1 ? 'the interval holds 0' : 'every interval holds 0';
  return `The evidence is thin: ${why}, so this run says nothing for or against.`;
}

/** Whether theory expects the value that did better to be the better one. */
function judge(
  hyperparameter: string,
  better: HyperParameterValue | undefined,
  worse: HyperParameterValue | undefined,
): 'as expected' | 'against' | undefined {
  const expected = EXPECTED[hyperparameter];
  if (expected === undefined || better === undefined || worse === undefined) return undefined;
  if (expected.better.includes(better) && expected.worse.includes(worse)) return 'as expected';
  return expected.worse.includes(better) && expected.better.includes(worse) ? 'against' : undefined;
}
