/**
 * Passes from {@code ModelProto} to {@code ModelProto} that turn a model as it was exported into a plain one: a single flat
 * graph, in topological order, of float32, in inference mode.
 *
 * <p>{@link vintk.proto.Preparation} is what can be done with the file alone: model-local functions expanded ({@link
 * vintk.proto.Functions}), nodes sorted ({@link vintk.proto.Order}), other floating types made float32 ({@link
 * vintk.proto.SinglePrecision}), training switched off ({@link vintk.proto.InferenceMode}). {@link
 * vintk.proto.ControlFlow} needs values that are known only for given input shapes: it puts If, Loop and Scan in the graph
 * around them, a level at a time. {@link vintk.proto.Sequences} puts tensors in the place of sequences of them.
 */
package vintk.proto;
