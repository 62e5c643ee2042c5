// From numbers to colours, in the shader: limits, curves, gamma, palettes, and what is not a number.

import type { UpdateParameters, Layer } from "@deck.gl/core";
import { VivLayerExtension } from "@vivjs/extensions";
import { CURVES, CURVES_GLSL, type Curve } from "./curves";
import { LABELS_NUMBER, labelsGlsl, type LabelColours } from "./labels";
import { paletteNumber, PALETTES_GLSL, rgb } from "./palettes";

export interface Tone {
  colour: string;
  gamma: number;
  curve: Curve;
  isInverted: boolean;
}

const I = "VIV_CHANNEL_INDEX"; // Viv repeats the lines with it for each channel

// Compilers may think that nothing is NaN, so the bits are asked. What is missing in all channels is
// drawn as a checkerboard, for a transparent pixel would show a coarser level below.
const fs = (own: LabelColours): string => `uniform toneUniforms {
  vec3 colour${I};
  vec3 curve${I};
  vec2 turn${I};
} tone;

const float MISSING = -1.0;
${PALETTES_GLSL}
${CURVES_GLSL}
${labelsGlsl(own)}
float tone_place(float value, vec2 limits) {
  if ((floatBitsToUint(value) & 0x7fffffffu) > 0x7f800000u) return MISSING;
  return clamp((value - limits[0]) / max(1e-30, limits[1] - limits[0]), 0.0, 1.0);
}

bool tone_isInk(vec3 curve) { return curve.z < -1.5; }

vec3 tone_colour(float place, vec3 colour, vec3 curve, vec2 turn) {
  if (place < 0.0) return vec3(0.0);
  if (curve.z > ${LABELS_NUMBER}.0 - 0.5) return label_colour(place);
  float bent = curve_bent(place, int(curve.y + 0.5), turn.x);
  float straight = pow(clamp(bent, 0.0, 1.0), curve.x);
  float raised = turn.y > 0.5 ? 1.0 - straight : straight;
  if (tone_isInk(curve)) return mix(vec3(1.0), colour, raised);
  return curve.z < -0.5 ? colour * raised : palette(int(curve.z + 0.5), raised);
}

vec3 tone_with(vec3 sum, vec3 colour, vec3 curve) { return tone_isInk(curve) ? sum * colour : sum + colour; }

bool tone_isLabels(int channel) {
  if (channel == ${I} && tone.curve${I}.z > ${LABELS_NUMBER}.0 - 0.5) return true;
  return false;
}

vec4 tone_missing() {
  bool isDark = mod(floor(gl_FragCoord.x / 8.0) + floor(gl_FragCoord.y / 8.0), 2.0) < 0.5;
  return vec4(vec3(isDark ? 0.40 : 0.55), 1.0);
}
`;

const mutate = `
  vec3 sum = vec3(tone_isInk(tone.curve0) ? 1.0 : 0.0); // paper, or the dark
  bool isMissing = true;
  if (intensity[${I}] >= 0.0) isMissing = false;
  sum = tone_with(sum, tone_colour(intensity[${I}], tone.colour${I}, tone.curve${I}, tone.turn${I}), tone.curve${I});
  rgba = isMissing ? tone_missing() : vec4(min(sum, vec3(1.0)), 1.0);
`;

function moduleFor(count: number, own: LabelColours): object {
  const expand = (text: string): string =>
    text
      .split("\n")
      .flatMap((line) =>
        line.includes(I) ? Array.from({ length: count }, (_, i) => line.replaceAll(I, `${i}`)) : line,
      )
      .join("\n");
  return {
    name: "tone",
    uniformTypes: { [`colour${I}`]: "vec3<f32>", [`curve${I}`]: "vec3<f32>", [`turn${I}`]: "vec2<f32>" },
    fs: expand(fs(own)),
    inject: {
      "fs:DECKGL_PROCESS_INTENSITY":
        "intensity = tone_isLabels(channelIndex) ? max(intensity, 0.0) : tone_place(intensity, contrastLimits);",
      "fs:DECKGL_MUTATE_COLOR": expand(mutate),
    },
  };
}

interface ToneProps {
  /** With where the number 0 lies between the limits. */
  tones: (Tone & { zero: number })[];
  /** What an image of labels tells of their colours. */
  labelColours: LabelColours;
}

interface VivLayer extends Layer<ToneProps> {
  getNumChannels(): number;
}

/** The extension of Viv's layers that draws by `tones`, one for each selected channel. */
export class ToneExtension extends VivLayerExtension {
  static override readonly extensionName = "ToneExtension";
  static readonly defaultProps = {
    tones: { type: "array", value: [], compare: true },
    labelColours: { type: "array", value: [], compare: false },
  };

  override getVivShaderTemplates(this: VivLayer): object {
    return { modules: [moduleFor(this.getNumChannels(), this.props.labelColours)] };
  }

  override updateState(this: VivLayer, _: UpdateParameters<Layer<ToneProps>>): void {
    const uniforms: Record<string, number[]> = {};
    this.props.tones.forEach(({ colour, gamma, curve, isInverted, zero }, i) => {
      const number = paletteNumber(colour);
      uniforms[`colour${i}`] = number < 0 ? rgb(colour) : [1, 1, 1];
      uniforms[`curve${i}`] = [gamma, CURVES.indexOf(curve), number];
      uniforms[`turn${i}`] = [zero, isInverted ? 1 : 0];
    });
    for (const model of this.getModels()) model.shaderInputs.setProps({ tone: uniforms });
  }
}
