import { join } from 'node:path';

/**
 * The Python of `bench/.venv`, which is made first where it is missing or what it is made from has changed.
 *
 * @throws an error with the `cure` where there is no Python 3.11 or the packages cannot be had.
 */
export async function setUpPython(): Promise<string> {
  const { pythonPackages } = await import('../scripts/setup/python-packages.mjs');
  const { venvPython } = await import('../scripts/setup/pip.mjs');
  const steps = pythonPackages(__dirname, [join(__dirname, 'requirements-torch.txt')]);
  if (!(await steps[1].isReady())) {
    console.log(
      'Installing JAX, Keras, KerasTuner, Optuna, PyTorch and pandas for the comparison, once, into bench/.venv: about 2.5 GB\n' +
        'of disk with the CPU build of PyTorch; where yours is not, see bench/requirements-torch.txt. This takes minutes.',
    );
    for (const step of steps) if (!(await step.isReady())) console.log(`${step.name}: ${await step.run()}.`);
  }
  return venvPython(__dirname);
}
