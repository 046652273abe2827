import { describe, expect, it } from 'vitest';
import { describeWrongNode } from '../../../scripts/setup/node-version.mjs';

describe('describeWrongNode', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '22.21.1', '24.0.0', '26.12.1'])('accepts Node %s', (version) => {
    expect(describeWrongNode(version, '/usr/bin/node')).toBeUndefined();
  });

  it.each(['14.21.3', '18.20.8', '20.18.3', '21.7.3', '22.11.0', '23.1.0'])(
    'refuses Node %s with the rule, what came and the cure',
    (version) => {
      const text = describeWrongNode(version, '/opt/node/bin/node');
      expect(text).toContain('needs Node 20.19 or newer');
      expect(text).toContain(`Node ${version} (/opt/node/bin/node)`);
      expect(text).toContain('Cure: ');
    },
  );
});
