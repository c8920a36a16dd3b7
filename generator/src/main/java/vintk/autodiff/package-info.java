/**
 * Reverse-mode differentiation of a {@link vintk.onnx.Graph}, with or without a sample axis on the gradients.
 *
 * <p>{@link vintk.autodiff.Gradients} walks back from the output and does the bookkeeping: it finds the nodes that
 * matter, undoes broadcasting, accumulates, checks shapes and names the node in every error. A {@link
 * vintk.autodiff.Rule} holds only mathematics, and stands in a table by family of operators
 * ({@link vintk.autodiff.Rules}).
 *
 * <p><b>Per-sample gradients without a loop.</b> {@link vintk.autodiff.BatchFlow} tracks on which axis every value
 * carries the samples. The cotangent of such a value has the value's shape, as samples do not meet. Where a value
 * without samples (a parameter, or something computed from parameters alone) meets one with, its cotangent keeps the
 * sample axis: from there back, cotangents have the shape {@code [N, ...shape]}. Hence the one convention of the rules:
 * <em>a cotangent may have one more axis in front, so axes are written from the right.</em>
 *
 * <p><b>Cotangents may be smaller than their value</b>: an axis along which a cotangent is constant may have extent 1
 * (the gradient of a mean, the seed of a sum). A rule that needs each element asks for the
 * whole ({@link vintk.autodiff.Pull#fullDy()}).
 */
package vintk.autodiff;
