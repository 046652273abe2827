/**
 * How colours look with each kind of colour vision, in linear RGB: Machado, Oliveira and Fernandes 2009, "A
 * physiologically-based model for simulation of color vision deficiency", table 1, severity 1.
 */
const VISIONS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

/** The CIEDE2000 distance of two colours `#rrggbb` as seen with a kind of colour vision: 1 is just seen, black to white 100. */
export function colorDistance(first: string, second: string, vision: keyof typeof VISIONS = 'normal'): number {
  return ciede2000(toLab(first, vision), toLab(second, vision));
}

/** CIELAB lightness of a colour, 0 to 100. */
export function lightness(color: string): number {
  return toLab(color, 'normal')[0];
}

type Lab = readonly [number, number, number];

/** CIELAB under daylight (D65). */
function toLab(color: string, vision: keyof typeof VISIONS): Lab {
  const linear = [1, 3, 5].map((at) => {
    const level = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  const row = (m: readonly number[], r: number) => m[r] * linear[0] + m[r + 1] * linear[1] + m[r + 2] * linear[2];
  const [r, g, b] = [0, 3, 6].map((at) => Math.min(1, Math.max(0, row(VISIONS[vision], at))));
  const scale = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = scale((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = scale(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = scale((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula", equations 2 to 22. */
export function ciede2000([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const chroma7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const stretch = 1.5 - 0.5 * Math.sqrt(chroma7 / (chroma7 + 25 ** 7));
  const c1 = Math.hypot(a1 * stretch, b1);
  const c2 = Math.hypot(a2 * stretch, b2);
  const hue = (a: number, b: number) => ((Math.atan2(b, a * stretch) * 180) / Math.PI + 360) % 360;
  const h1 = hue(a1, b1);
  const h2 = hue(a2, b2);
  const grey = c1 * c2 === 0;
  const turn = h2 - h1 - 360 * Number(h2 - h1 > 180) + 360 * Number(h2 - h1 < -180);
  const far = Math.abs(h1 - h2) > 180;
  const h = grey ? h1 + h2 : (h1 + h2 + (far ? (h1 + h2 < 360 ? 360 : -360) : 0)) / 2;
  const l = (l1 + l2) / 2 - 50;
  const c = (c1 + c2) / 2;
  const t =
    1 -
    0.17 * Math.cos(radians(h - 30)) +
    0.24 * Math.cos(radians(2 * h)) +
    0.32 * Math.cos(radians(3 * h + 6)) -
    0.2 * Math.cos(radians(4 * h - 63));
  const dl = (l2 - l1) / (1 + (0.015 * l ** 2) / Math.sqrt(20 + l ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dh = (2 * Math.sqrt(c1 * c2) * Math.sin(radians(grey ? 0 : turn) / 2)) / (1 + 0.015 * c * t);
  const twist = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(radians(60 * Math.exp(-(((h - 275) / 25) ** 2))));
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + twist * dc * dh);
}
