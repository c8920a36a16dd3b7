/**
 * From a candidate to its graph: {@link vintk.vit.VitGraph} builds the network that a
 * {@link vintk.space.VisionTransformer} describes, with weights that {@link vintk.vit.Weights} takes from the numbers that all
 * networks of a seed share. Matrices of linear layers are stored [in, out], as ONNX' MatMul takes them.
 */
package vintk.vit;
