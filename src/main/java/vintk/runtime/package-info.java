/**
 * ONNX Runtime: the only package that sees {@code ai.onnxruntime}.
 *
 * <p>{@link vintk.runtime.ModelFile} reads untrusted files, {@link vintk.runtime.Resolver} lets ONNX Runtime find out all
 * types, shapes and shape tensors of a model, {@link vintk.runtime.Session} runs a graph, and {@link
 * vintk.runtime.Network} puts this together: a model that is ready to be differentiated, with the engine (all samples at
 * once, or one at a time) that fits it.
 */
package vintk.runtime;
