/** Colours that colour-blind readers can tell apart (Okabe and Ito 2008), in the order in which series take them. */
const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#888888']

export const colourOf = (series: readonly string[], name: string): string => palette[series.indexOf(name) % palette.length]
