/**
 * ONNX Runtime: the only package that sees {@code ai.onnxruntime}.
 *
 * <p>{@link vintk.runtime.ModelFile} reads untrusted files, {@link vintk.runtime.Resolver} lets ONNX Runtime find out all
 * types, shapes and shape tensors of a model, {@link vintk.runtime.Session} runs a graph, and {@link
 * vintk.runtime.KernelEngine} differentiates a {@link vintk.runtime.Network} and computes its kernel: all samples at once,
 * or one at a time.
 */
package vintk.runtime;
