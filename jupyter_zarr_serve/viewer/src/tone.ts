// From numbers to colours, in the shader: limits, logarithm, gamma, palettes, and what is not a number.

import type { UpdateParameters, Layer } from "@deck.gl/core";
import { VivLayerExtension } from "@vivjs/extensions";
import { paletteNumber, PALETTES_GLSL, rgb } from "./palettes";

export interface Tone {
  colour: string;
  gamma: number;
  isLog: boolean;
}

const I = "VIV_CHANNEL_INDEX"; // Viv repeats the lines with it for each channel

// Compilers may think that nothing is NaN, so the bits are asked. What is missing in all channels is
// drawn as a checkerboard, for a transparent pixel would show a coarser level below.
const fs = `uniform toneUniforms {
  vec3 colour${I};
  vec3 curve${I};
} tone;

const float MISSING = -1.0;
${PALETTES_GLSL}
float tone_place(float value, vec2 limits) {
  if ((floatBitsToUint(value) & 0x7fffffffu) > 0x7f800000u) return MISSING;
  return clamp((value - limits[0]) / max(1e-30, limits[1] - limits[0]), 0.0, 1.0);
}

vec3 tone_colour(float place, vec3 colour, vec3 curve) {
  if (place < 0.0) return vec3(0.0);
  float bent = curve.y > 0.5 ? log2(1.0 + 1023.0 * place) / 10.0 : place;
  float raised = pow(bent, curve.x);
  return curve.z < -0.5 ? colour * raised : palette(int(curve.z + 0.5), raised);
}

vec4 tone_missing() {
  bool isDark = mod(floor(gl_FragCoord.x / 8.0) + floor(gl_FragCoord.y / 8.0), 2.0) < 0.5;
  return vec4(vec3(isDark ? 0.40 : 0.55), 1.0);
}
`;

const mutate = `
  vec3 sum = vec3(0.0);
  bool isMissing = true;
  if (intensity[${I}] >= 0.0) isMissing = false;
  sum += tone_colour(intensity[${I}], tone.colour${I}, tone.curve${I});
  rgba = isMissing ? tone_missing() : vec4(min(sum, vec3(1.0)), 1.0);
`;

function moduleFor(count: number): object {
  const expand = (text: string): string =>
    text
      .split("\n")
      .flatMap((line) =>
        line.includes(I) ? Array.from({ length: count }, (_, i) => line.replaceAll(I, `${i}`)) : line,
      )
      .join("\n");
  return {
    name: "tone",
    uniformTypes: { [`colour${I}`]: "vec3<f32>", [`curve${I}`]: "vec3<f32>" },
    fs,
    inject: {
      "fs:DECKGL_PROCESS_INTENSITY": "intensity = tone_place(intensity, contrastLimits);",
      "fs:DECKGL_MUTATE_COLOR": expand(mutate),
    },
  };
}

interface ToneProps {
  tones: Tone[];
}

interface VivLayer extends Layer<ToneProps> {
  getNumChannels(): number;
}

/** The extension of Viv's layers that draws by `tones`, one for each selected channel. */
export class ToneExtension extends VivLayerExtension {
  static override readonly extensionName = "ToneExtension";
  static readonly defaultProps = { tones: { type: "array", value: [], compare: true } };

  override getVivShaderTemplates(this: VivLayer): object {
    return { modules: [moduleFor(this.getNumChannels())] };
  }

  override updateState(this: VivLayer, _: UpdateParameters<Layer<ToneProps>>): void {
    const uniforms: Record<string, number[]> = {};
    this.props.tones.forEach(({ colour, gamma, isLog }, i) => {
      const number = paletteNumber(colour);
      uniforms[`colour${i}`] = number < 0 ? rgb(colour) : [1, 1, 1];
      uniforms[`curve${i}`] = [gamma, isLog ? 1 : 0, number];
    });
    for (const model of this.getModels()) model.shaderInputs.setProps({ tone: uniforms });
  }
}
