/**
 * Search spaces: what a candidate network is, how many there are, how to draw some, and what each one costs.
 *
 * <p>Three nouns carry the package, each more concrete than the one before:
 *
 * <ol>
 *   <li>A {@link vintk.space.Space} is data: a short YAML file that names its {@linkplain vintk.space.Dimension
 *       dimensions} (the choices), and says how choices become a network. Six are built in ({@link vintk.space.Spaces});
 *       a user's own file with the same block types is read by {@link vintk.space.Space#read}.
 *   <li>A {@link vintk.space.Candidate} is one combination of choices with an id: one line of a {@code .jsonl} file
 *       ({@link vintk.space.Candidates}). Every candidate of a space has a number from 0 to size - 1, so drawing
 *       candidates uniformly is drawing numbers uniformly, and the number is in the id.
 *   <li>A {@link vintk.space.VisionTransformer} is the candidate resolved at an image size: every width, head and hidden
 *       unit is a plain number, and no trace of the space's vocabulary is left. The graph builder reads only this, and
 *       the {@linkplain vintk.space.VisionTransformer#parameters() parameter} and {@linkplain
 *       vintk.space.VisionTransformer#macs() MAC} formulas are functions of this.
 * </ol>
 *
 * <p>{@link vintk.space.RandomStream} lives here because the two things drawn while generating, candidates and weights,
 * need the same property: a stream is keyed by (seed, name), so that no result depends on the order of drawing. The
 * numbers of weights are those of a {@link vintk.space.WeightPool}, which all candidates of a seed share.
 *
 * <p>Everything that is wrong with a file or a record is a {@link vintk.space.SpaceException}, whose message names the
 * file, the key or line, what was expected, what came, and what to do.
 *
 * <h2>How to add a space</h2>
 *
 * Copy the nearest file of {@code src/main/resources/vintk/space}, change it, and pass it by {@code --space FILE}. To
 * build it in, put it next to the others and add its name to {@link vintk.space.Spaces#names()}.
 */
package vintk.space;
