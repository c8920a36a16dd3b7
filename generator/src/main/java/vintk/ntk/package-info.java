/**
 * From a graph to the graph of its empirical neural tangent kernel.
 *
 * <p>{@link vintk.ntk.KernelGraph} differentiates a network per sample and contracts the gradients to the kernel
 * Θ_ij = ⟨∇_θ g(x_i), ∇_θ g(x_j)⟩ inside the graph: the N×P Jacobian is an output only when asked for. Per parameter the
 * cheapest contraction is chosen by counting operations and bytes ({@link vintk.ntk.Contraction}; METHOD §5; Novak,
 * Sohl-Dickstein, Schoenholz, "Fast finite width neural tangent kernel", ICML 2022). Products are float32 over blocks of
 * at most 1,024 columns; blocks and layers are summed in float64, which is both faster and more accurate than one long
 * product.
 */
package vintk.ntk;
